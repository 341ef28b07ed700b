/**
 * A file of one's own, sent to the kernel in parts: a whole file in one message would break the
 * connection of a Jupyter server. The kernel asks for each part and says when to stop.
 */

const PART = 1 << 20;

function render({ model, el }) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const progress = document.createElement("span");
  label.className = "live-upload";
  label.append("Upload a file", input);
  input.type = "file";
  input.accept = "audio/*,.flac,.opus,.m4a,.ogg,.oga,.wma,.aif,.aiff";
  progress.setAttribute("role", "status");
  progress.className = "live-progress";
  el.append(label, progress);
  let file = null;

  function onChange() {
    file = input.files[0] ?? null;
    if (file) model.send({ begin: { name: file.name, size: file.size } });
  }

  async function onMessage(message) {
    if (!file || message.next === undefined) {
      progress.textContent = "";
      file = null;
      input.value = ""; // the same file may be chosen again
      return;
    }
    progress.textContent = `${Math.floor((100 * message.next) / file.size)} %`;
    const sent = file;
    try {
      const part = await sent.slice(message.next, message.next + PART).arrayBuffer();
      if (sent === file) model.send({ part: message.next }, undefined, [part]);
    } catch {
      model.send({ failed: true }); // it was moved or changed meanwhile
    }
  }

  input.addEventListener("change", onChange);
  model.on("msg:custom", onMessage);
  return () => model.off("msg:custom", onMessage);
}

export default { render };
