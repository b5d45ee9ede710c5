// Cancels the job whose progress #ELEMENT shows, whether it waits or runs.
() => {
  const id = document.querySelector("#ELEMENT").dataset.job;
  if (id) fetch(`./img2prompt/jobs/${id}/cancel`, {method: "POST"});
  return [];
}
