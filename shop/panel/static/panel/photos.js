// A photograph is made small before it is sent: a phone's picture of 4 MB becomes some 300 KB. Upright, 1600 pixels
// at most, JPEG. What the browser cannot read goes as it is: the market checks every picture itself.
const SIDE = 1600;
const QUALITY = 0.8;

async function smaller(file) {
  if (!file.type.startsWith("image/")) return file;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff"; // JPEG knows no see-through
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!small || small.size >= file.size) return file;
  return new File([small], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file" || !input.accept.includes("image/") || !input.files.length) return;
  const box = input.closest("form").querySelector("[data-sending]");
  if (box) Object.assign(box, { hidden: false, textContent: box.dataset.shrinking });
  const chosen = [...input.files];
  const work = Promise.all(chosen.map(smaller)).then((files) => {
    if (input.files[0] !== chosen[0]) return; // another was chosen meanwhile
    const list = new DataTransfer();
    files.forEach((file) => list.items.add(file));
    input.files = list.files;
    if (box) box.hidden = true;
  });
  input.form.shrinking = Promise.allSettled([input.form.shrinking, work]); // sending.js waits for it
});
