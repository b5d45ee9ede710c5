// The text to send of a prompt and a negative prompt, as the WebUI pastes it.
(prompt, negative) => prompt.trim() || negative.trim()
  ? `${prompt}\nNegative prompt: ${negative}` : ""
