/** The explorer of spectrograms: one song, two scales, one sound. */
const root = document.getElementById("explorer-listening");
const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
const genres = root.querySelector(".explorer-genre");
const songs = root.querySelector(".explorer-song");
const scales = [...root.querySelectorAll(".explorer-scale")];
const sentence = root.querySelector(".explorer-status");
const player = createPlayer(root.querySelector(".explorer-sound"));
const views = [...root.querySelectorAll(".explorer-place")].map((at) => createView(at, { player }));
const wished = Object.keys(data.scales).slice(0, 2); // what the reader chose last

function offer(select, choices, chosen) {
  select.replaceChildren(...choices.map(({ value, text, disabled = false }) => {
    const option = new Option(text, value, false, value === chosen);
    option.disabled = disabled;
    return option;
  }));
}

function offerSongs() {
  const listed = data.genres[genres.value].songs;
  offer(songs, listed.map((at) => ({ value: `${at}`, text: data.songs[at].name })), `${listed[0]}`);
}

/** A song may lack a scale: the choice stays for the next song that has it. */
function offerScales(song) {
  scales.forEach((select, place) => {
    const there = Object.keys(song.pictures);
    const shown = there.includes(wished[place]) ? wished[place] : there[place % there.length];
    offer(select, Object.keys(data.scales).map((value) => {
      const disabled = !there.includes(value);
      return { value, text: disabled ? `${value} (not of this song)` : value, disabled };
    }), shown);
  });
}

function state(song, scale) {
  const { ticks, words } = data.scales[scale];
  const bounds = `${data.levels.low_db} to ${data.levels.high_db} dB`.replaceAll("-", "\u2212");
  const lasts = `${+data.heard.seconds.toFixed(1)} s`;
  return {
    title: `${scale}: ${words}`,
    picture: `data:image/webp;base64,${song.pictures[scale]}`,
    alt: `Spectrogram of ${song.name} on the scale ${scale}: time over ${lasts} from left to `
      + `right, frequency in Hz from bottom to top, the level from ${bounds} as color.`,
    ticks: { time: data.time, frequency: ticks },
    span: data.span,
    heard: data.heard,
    sound: song.sound && `data:audio/mpeg;base64,${song.sound}`,
    silence: data.silence,
    levels: data.levels,
  };
}

function show() {
  const song = data.songs[songs.value];
  offerScales(song);
  const [first, second] = scales.map((select) => select.value);
  player.show(state(song, first));
  views.forEach((view, place) => view.show(state(song, scales[place].value)));
  sentence.textContent = `Shown: ${song.name} (${song.genres.join(", ")}), `
    + (first === second ? `both pictures on the scale ${first}.`
      : `on the scale ${first} and on the scale ${second}.`);
}

offer(genres, data.genres.map(({ name }, at) => ({ value: `${at}`, text: name })), "0");
genres.addEventListener("change", () => { offerSongs(); show(); });
songs.addEventListener("change", show);
scales.forEach((select, place) => select.addEventListener("change", () => {
  wished[place] = select.value;
  show();
}));
offerSongs();
root.querySelector(".explorer-content").hidden = false;
show();
