/**
 * The picture of the live explorer, for anywidget. `view.js` stands before this text.
 *
 * The kernel sends `state` and `picture` (a gray PNG). The sound is asked for when the controls
 * have rested, so that it holds nothing up, and is kept by no notebook. `data-shown` of the
 * element is the number of the state that is drawn.
 */

const REST = 250; // ms
const KEYS = { n: "later", b: "earlier", s: "scale", "+": "longer", "-": "shorter", f: "n_fft",
  w: "window", c: "colors", a: "ask" };

const SUPPRESS = "data-lm-suppress-shortcuts";
const FOCUSABLE = "button, input, select, [tabindex], [contenteditable]";

/** Names for what ipywidgets leaves without one, and no shortcut of JupyterLab for keys pressed here. */
function dress(root) {
  // JupyterLab looks for the mark on the element itself before it looks at those around it; else
  // an arrow key in a list would go to the next cell, and a letter could cut this one.
  for (const part of [root, ...root.querySelectorAll(FOCUSABLE)]) {
    if (!part.hasAttribute(SUPPRESS)) part.setAttribute(SUPPRESS, "true");
  }
  for (const group of root.querySelectorAll(".live-group:not([role])")) {
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", group.querySelector(".live-heading")?.textContent.trim() ?? "");
  }
  for (const slider of root.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector(".widget-label")?.textContent ?? "";
    slider.querySelectorAll(".noUi-handle:not([aria-label])").forEach((handle, place, all) => {
      const end = all.length > 1 ? [", lowest", ", highest"][place] : "";
      handle.setAttribute("aria-label", name + end);
    });
    for (const readout of slider.querySelectorAll(".widget-readout:not([role])")) {
      readout.setAttribute("role", "textbox");
      readout.setAttribute("aria-label", `${name}, as text`);
    }
  }
}

/** Let the keys Home and End move a slider to where it ends now.
 *
 * noUiSlider 15 would take the range that it was made with, which is that of another song.
 */
function toEnd(event) {
  const end = { Home: "min", End: "max" }[event.key];
  const handle = event.target.closest(".noUi-handle");
  if (!end || !handle) return;
  const slider = handle.closest(".noUi-target").noUiSlider;
  slider.setHandle(Number(handle.dataset.handle), slider.options.range[end], true);
  event.preventDefault();
  event.stopPropagation();
}

/** Dress the explorer that an element stands in, now and whenever a part of it is made. */
function dressed(el) {
  let watcher = null;
  let frame = 0;
  function find() {
    const root = el.closest(".mgrlib-live");
    if (!root) {
      frame = window.requestAnimationFrame(find);
      return;
    }
    dress(root);
    watcher = new MutationObserver(() => dress(root));
    watcher.observe(root, { childList: true, subtree: true });
    root.addEventListener("keydown", toEnd, { capture: true });
  }
  find();
  return () => {
    window.cancelAnimationFrame(frame);
    watcher?.disconnect();
    el.closest(".mgrlib-live")?.removeEventListener("keydown", toEnd, { capture: true });
  };
}

function urlOf(bytes, type) {
  return URL.createObjectURL(new Blob([bytes], { type }));
}

function render({ model, el }) {
  const alarm = make("p", "live-message live-error", el, { role: "alert" });
  const note = make("p", "live-message", el, { role: "status" });
  const place = make("div", "live-picture", el);
  const view = createView(place);
  const undress = dressed(el);
  let sound = { key: null, song: null, url: null, heard: null };
  let timer = 0;
  let pictureUrl = null;

  function tell() {
    const { text, kind } = model.get("message");
    alarm.textContent = kind === "error" ? text : "";
    note.textContent = kind === "error" ? "" : text;
    el.classList.toggle("is-wrong", kind === "error");
  }

  async function show() {
    const state = model.get("state");
    const bytes = model.get("picture");
    if (!state.number || !bytes.byteLength) return;
    const old = pictureUrl;
    const mine = urlOf(bytes, "image/png");
    pictureUrl = mine;
    // The sound before is heard until the one of this segment has come, unless it is of another song.
    const fits = sound.song === state.song;
    try {
      await view.show({
        ...state, picture: mine, sound: fits ? sound.url : null,
        heard: fits && sound.heard ? sound.heard : state.segment, silence: "The sound is being made.",
      });
    } catch (error) {
      if (pictureUrl === mine) throw error;
    }
    if (old) URL.revokeObjectURL(old);
    if (pictureUrl === mine) el.dataset.shown = state.number;
  }

  function want() {
    window.clearTimeout(timer);
    const { sound_key: key } = model.get("state");
    if (!key || key === sound.key) return;
    timer = window.setTimeout(() => model.send({ want: "sound", key }), REST);
  }

  function onMessage(message, buffers) {
    const state = model.get("state");
    if (message.sound !== state.sound_key || !buffers.length) return;
    const old = sound.url;
    sound = { key: message.sound, song: state.song, url: urlOf(buffers[0], "audio/wav"),
      heard: state.segment };
    show();
    if (old) URL.revokeObjectURL(old);
    el.dataset.sound = sound.key;
  }

  function onState() {
    show();
    want();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
    model.send({ key: KEYS[event.key] });
    event.preventDefault();
    event.stopPropagation();
  }

  // All parts of a state come in one message, and `change` follows the last of them.
  model.on("change:state", onState);
  model.on("change:message", tell);
  model.on("msg:custom", onMessage);
  place.addEventListener("keydown", onKey);
  tell();
  onState();
  model.send({ want: "ready" });
  return () => {
    window.clearTimeout(timer);
    model.off("change:state", onState);
    model.off("change:message", tell);
    model.off("msg:custom", onMessage);
    undress();
    view.destroy();
    for (const url of [pictureUrl, sound.url]) if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
