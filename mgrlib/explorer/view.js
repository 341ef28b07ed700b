/**
 * A picture of sound with axes in s and Hz, a bar of levels in dB, and a cursor that follows
 * the sound. One view for the pages of the book and for the widget in JupyterLab.
 *
 * `createView(element)` gives `{show(state), player, destroy()}`. A state is
 *   picture  URL of an image, lowest frequency at the bottom; null: none yet
 *   alt      what the picture shows, in words
 *   title    a line above it (optional)
 *   ticks    {time: [[0..1, "label"], …], frequency: [[0..1, "label"], …]}
 *   span     {start, seconds}: what the width of the picture stands for
 *   sound    URL of the sound, or null
 *   heard    {start, seconds} of the sound, where it is not the picture's span (optional)
 *   silence  why there is no sound, in words
 *   levels   {low_db, high_db, colors: ["#000004", …], gray}: where `gray` is true, the picture
 *            is gray, black is low_db and white is high_db, and `colors`, evenly spaced, are put
 *            in their place; else it is shown as it is, and `colors` are those of the bar
 * `show` returns a promise that is kept when the picture is drawn. Views that are given one
 * player, `createView(element, {player: createPlayer(place)})`, follow one sound.
 * All text is set as text: titles may hold anything.
 */

const STEPS = 40; // arrow keys move the cursor by a fortieth of the sound
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");

function make(tag, name, parent, attributes = {}) {
  const made = document.createElement(tag);
  made.className = name;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

const within = (value, low, high) => Math.min(Math.max(value, low), high);
const inSeconds = (value) => `${value.toFixed(1)} s`;
// A true minus sign is as wide as a digit and is read as one.
const inDecibels = (value) => `${value}`.replace("-", "\u2212");

/** A button and a sound. Followers are told where it is, in s. */
export function createPlayer(element) {
  const root = make("div", "view-player", element);
  const audio = make("audio", "view-audio", root, { preload: "auto" });
  const button = make("button", "view-play", root, { type: "button" });
  const clock = make("span", "view-clock", root);
  const reason = make("span", "view-silence", root, { role: "status" });
  const followers = new Set();
  let heard = { start: 0, seconds: 1 };
  let failed = false;
  let frame = 0;

  function tell() {
    const now = heard.start + Math.min(audio.currentTime, heard.seconds);
    clock.textContent = `${now.toFixed(1)} of ${inSeconds(heard.start + heard.seconds)}`;
    for (const follow of followers) follow(now);
  }

  function move() {
    tell();
    // Without motion the cursor steps on at each `timeupdate`, about four times a second.
    frame = audio.paused || CALM.matches ? 0 : window.requestAnimationFrame(move);
  }

  function label() {
    button.textContent = audio.paused ? "Play" : "Pause";
    button.classList.toggle("is-playing", !audio.paused);
    window.cancelAnimationFrame(frame);
    move();
  }

  function fail() {
    failed = audio.hasAttribute("src");
    if (failed) reason.textContent = "This browser can't play the sound.";
  }

  function play() {
    // Another sound may be asked for before this one begins: no failure.
    audio.play().catch((error) => error.name === "AbortError" || fail());
  }

  const player = {
    audio,
    followers,
    get heard() { return heard; },
    get silent() { return !audio.hasAttribute("src"); },
    toggle() {
      if (player.silent || failed) return;
      if (audio.paused) play();
      else audio.pause();
    },
    seek(seconds) {
      if (player.silent) return;
      audio.currentTime = within(seconds - heard.start, 0, heard.seconds);
      tell();
    },
    show({ sound, silence, span, heard: other }) {
      const going = !audio.paused && !audio.ended;
      heard = other ?? span;
      if (audio.getAttribute("src") !== (sound || null)) {
        failed = false;
        if (sound) audio.src = sound;
        else audio.removeAttribute("src");
        audio.load();
        if (sound && going) play();
      }
      if (!failed) reason.textContent = sound ? "" : silence || "";
      button.hidden = clock.hidden = !sound;
      label();
    },
    destroy() {
      window.cancelAnimationFrame(frame);
      audio.pause();
      audio.removeAttribute("src");
      root.remove();
    },
  };
  button.addEventListener("click", player.toggle);
  for (const event of ["play", "pause", "ended", "emptied"]) audio.addEventListener(event, label);
  for (const event of ["timeupdate", "seeked"]) audio.addEventListener(event, tell);
  audio.addEventListener("error", fail);
  button.textContent = "Play";
  button.hidden = clock.hidden = true;
  return player;
}

/** Red, green and blue of 256 levels between colors that are evenly spaced. */
function table(colors) {
  const parts = colors.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
  return Array.from({ length: 256 }, (_, level) => {
    const place = (level / 255) * (parts.length - 1);
    const low = Math.min(Math.floor(place), parts.length - 2);
    return parts[low].map((from, i) => from + (place - low) * (parts[low + 1][i] - from));
  });
}

/** Put colors in the place of the gray of a canvas. */
function paint(context, colors) {
  const image = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  const look = table(colors);
  for (let at = 0; at < image.data.length; at += 4) {
    const [red, green, blue] = look[image.data[at]];
    image.data[at] = red;
    image.data[at + 1] = green;
    image.data[at + 2] = blue;
  }
  context.putImageData(image, 0, 0);
}

function putTicks(axis, ticks, side) {
  axis.replaceChildren();
  for (const [place, text] of ticks) {
    const tick = make("span", "view-tick", axis);
    tick.style[side] = `${100 * place}%`;
    tick.textContent = text;
  }
}

export function createView(element, { player = null } = {}) {
  const root = make("div", "mgrlib-view", element);
  const title = make("div", "view-title", root);
  const plot = make("div", "view-plot", root);
  const hidden = { "aria-hidden": "true" };
  make("div", "view-unit view-hertz", plot, hidden).textContent = "Frequency (Hz)";
  const rows = make("div", "view-frequency", plot, hidden);
  const frame = make("div", "view-frame", plot);
  const canvas = make("canvas", "view-picture", frame, { role: "img", width: 1, height: 1 });
  const cursor = make("div", "view-cursor", frame, hidden);
  const handle = make("div", "view-seek", frame, {
    role: "slider", tabindex: "0", "aria-label": "Position in the sound, in seconds",
  });
  const columns = make("div", "view-time", plot, hidden);
  make("div", "view-unit view-seconds", plot, hidden).textContent = "Time (s)";
  const bar = make("div", "view-bar", plot, hidden);
  const low = make("span", "view-low", bar);
  const shades = make("span", "view-shades", bar);
  const high = make("span", "view-high", bar);
  const sound = player ?? createPlayer(root);
  let span = { start: 0, seconds: 1 };
  let latest = 0;
  let told = null;

  function follow(seconds) {
    const place = within((seconds - span.start) / span.seconds, 0, 1);
    cursor.style.left = `${100 * place}%`;
    // Said once a second, not at every frame.
    const whole = Math.floor(seconds);
    if (!sound.audio.paused && whole === told) return;
    told = whole;
    handle.setAttribute("aria-valuenow", seconds.toFixed(1));
    handle.setAttribute("aria-valuetext", inSeconds(seconds));
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { start, seconds } = sound.heard;
    const now = start + sound.audio.currentTime;
    const step = seconds / STEPS;
    const targets = {
      ArrowLeft: now - step, ArrowDown: now - step, ArrowRight: now + step, ArrowUp: now + step,
      PageDown: now - 5 * step, PageUp: now + 5 * step, Home: start, End: start + seconds,
    };
    if (event.key === " " || event.key === "Enter") sound.toggle();
    else if (event.key in targets) sound.seek(targets[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has shortcuts of its own for these keys
  }

  function onPointer(event) {
    if (event.type === "pointermove" && !(event.buttons & 1)) return;
    const box = frame.getBoundingClientRect();
    sound.seek(span.start + ((event.clientX - box.left) / box.width) * span.seconds);
  }

  async function draw(url, levels, turn) {
    const image = new Image();
    image.src = url;
    await image.decode();
    if (turn !== latest) return; // another picture has been asked for meanwhile
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    if (levels.gray) paint(context, levels.colors);
    root.dataset.drawn = turn;
  }

  function show(state) {
    const turn = ++latest;
    span = state.span;
    title.textContent = state.title ?? "";
    title.hidden = !state.title;
    canvas.setAttribute("aria-label", state.alt);
    putTicks(rows, state.ticks.frequency, "bottom");
    putTicks(columns, state.ticks.time, "left");
    low.textContent = inDecibels(state.levels.low_db);
    high.textContent = `${inDecibels(state.levels.high_db)} dB`;
    shades.style.background = `linear-gradient(to right, ${state.levels.colors.join(", ")})`;
    if (!player) sound.show(state);
    const { start, seconds } = state.heard ?? span;
    handle.setAttribute("aria-valuemin", start);
    handle.setAttribute("aria-valuemax", start + seconds);
    handle.hidden = cursor.hidden = !state.sound;
    told = null;
    follow(start + sound.audio.currentTime);
    return state.picture ? draw(state.picture, state.levels, turn) : Promise.resolve();
  }

  sound.followers.add(follow);
  handle.addEventListener("keydown", onKey);
  handle.addEventListener("pointerdown", onPointer);
  handle.addEventListener("pointermove", onPointer);
  return {
    show,
    player: sound,
    destroy() {
      latest += 1;
      sound.followers.delete(follow);
      if (!player) sound.destroy();
      root.remove();
    },
  };
}
