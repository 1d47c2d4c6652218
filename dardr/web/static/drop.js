// Files dropped anywhere on a form marked data-drop are chosen in its file question. Without this script the
// browser's own field still takes them, one by one or several at once.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector('input[type="file"]');
  const said = zone.querySelector("[data-drop-says]");
  const mark = (over) => zone.classList.toggle("dardr-drop--over", over);
  const count = () => {
    const n = input.files.length;
    said.textContent = n === 0 ? said.dataset.dropSays : n === 1 ? "1 file chosen" : `${n} files chosen`;
  };
  said.hidden = false;
  count();
  input.addEventListener("change", count);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); mark(true); });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      count();
    }
  });
}
