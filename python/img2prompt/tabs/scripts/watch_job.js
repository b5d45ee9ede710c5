// Runs in the browser before a long job is sent: gives it an id, which takes the place of the first
// input, and shows the job's progress in the element #ELEMENT until it has ended.
(...inputs) => {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16)).join("_");
  const shown = document.querySelector("#ELEMENT");
  shown.dataset.job = id;
  const draw = job => {
    const share = job.total ? Math.min(1, job.done / job.total) : 0;
    const left = job.seconds_left === null ? "" : `, ${Math.ceil(job.seconds_left)} s left`;
    const count = job.total ? ` ${job.done} of ${job.total}` : "";
    const text = job.state === "queued" ? "waiting for its turn" : job.stage + count + left;
    shown.replaceChildren();
    const bar = document.createElement("progress");
    if (job.total) bar.value = share;
    bar.style.width = "100%";
    const label = document.createElement("div");
    label.textContent = text;
    const partial = document.createElement("div");
    partial.className = "img2prompt-partial";
    partial.textContent = job.partial;
    shown.append(bar, label, partial);
  };
  let unknown = 0;
  const ask = async () => {
    try {
      const answer = await fetch(`./img2prompt/jobs/${id}`);
      if (answer.ok) {
        const job = await answer.json();
        if (job.state !== "queued" && job.state !== "running") return shown.replaceChildren();
        draw(job);
        unknown = 0;
      } else if (++unknown > 100) {
        return shown.replaceChildren();
      }
    } catch (error) {
      if (++unknown > 100) return shown.replaceChildren();
    }
    setTimeout(ask, 300);
  };
  draw({state: "queued", total: 0, partial: ""});
  setTimeout(ask, 200);
  return [id, ...inputs.slice(1)];
}
