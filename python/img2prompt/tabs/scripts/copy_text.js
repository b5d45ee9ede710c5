// Puts the text into the clipboard; where the page may not (no https), by way of a selection.
text => {
  const select = () => {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  if (navigator.clipboard && window.isSecureContext) {
    navigator.clipboard.writeText(text).catch(select);
  } else {
    select();
  }
  return [];
}
