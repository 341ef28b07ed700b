"""The part of the live explorer that asks the kept networks of its run.

Notebook: explorer.
"""

import html
from typing import Any

import ipywidgets as widgets
import pandas as pd

from ..errors import RunError
from ..networks.predict import choose_networks
from ..prose import escape
from .live_controls import group, labeled, row
from .live_networks import Answer, Listener, answer_html, kept_choices

LIKELIEST = "the likeliest"
PARTS = {"weights": "Arm", "depth": "Depth", "scale": "Scale"}


class Asking:
    """The group of controls that asks networks, and the answer.

    Parameters
    ----------
    explorer : mgrlib.explorer.live.Explorer
        Whose segment the networks hear.
    """

    def __init__(self, explorer: Any):
        self.explorer = explorer
        self.answer: Answer | None = None
        self._quiet = False
        self.choices = pd.DataFrame(columns=list(PARTS))
        self.reason = ""
        try:
            self.choices = kept_choices(explorer.origin.run)
            self.listener = Listener(explorer.origin.run)
            self.usual = next(iter(choose_networks(explorer.origin.run).values()))
        except RunError as error:
            self.reason = str(error)
        self.controls = {name: labeled(widgets.Dropdown, label) for name, label in PARTS.items()}
        self.controls["looked_for"] = labeled(
            widgets.Dropdown, "Grad-CAM of", options=[(LIKELIEST, None)], index=0
        )
        self.button = widgets.Button(description="Ask the networks")
        self.stale = widgets.HTML()
        self.result = widgets.HTML()

    def group(self) -> widgets.VBox:
        """The controls, or why there is nobody to ask."""
        title = "What the networks say"
        if self.reason:
            return group(title, [widgets.HTML(f"<p>{html.escape(self.reason)}</p>")], wide=True)
        # To begin with, those that answer where nothing is asked for.
        self._offer({name: getattr(self.usual, name) for name in PARTS})
        for name in PARTS:
            self.controls[name].observe(self._on_part, names="value")
        self.controls["looked_for"].observe(self._on_genre, names="value")
        self.button.on_click(self.ask)
        controls = row([*self.controls.values(), self.button])
        return group(title, [controls, self.stale, self.result], wide=True)

    def _offer(self, wanted: dict[str, Any]) -> None:
        """Offer of each part what is kept with the parts before it."""
        table, self._quiet = self.choices, True
        try:
            for name, control in self.controls.items():
                if name not in PARTS:
                    continue
                options = list(dict.fromkeys(table[name].tolist()))
                value = wanted.get(name) if wanted.get(name) in options else options[0]
                control.options, control.value = options, value
                table = table[table[name] == value]
        finally:
            self._quiet = False

    def _on_part(self, change: Any) -> None:
        if self._quiet:
            return
        self._offer({name: self.controls[name].value for name in PARTS})
        if self.answer:
            self.ask()

    def _on_genre(self, change: Any) -> None:
        if not self._quiet and self.answer:
            self.ask()

    def ask(self, button: Any = None) -> None:
        """Ask the chosen networks about the segment that is shown."""
        explorer = self.explorer
        if self.reason:
            explorer.picture.say(self.reason, kind="error")
            return
        explorer.picture.say("The networks are listening …")
        if explorer.tell(self._ask):
            explorer.picture.say("")

    def _ask(self) -> None:
        chosen = {name: self.controls[name].value for name in PARTS}
        self.answer = self.listener.ask(
            self.explorer.drawn, **chosen, genre=self.controls["looked_for"].value,
        )  # fmt: skip
        self._offer_genres()
        self.result.value = answer_html(self.answer)
        self.asked_of = self._segment()
        self.note_change()

    def _offer_genres(self) -> None:
        control = self.controls["looked_for"]
        genres, value = list(self.answer.genres["genre"]), control.value
        self._quiet = True
        try:
            control.options = [(LIKELIEST, None), *((g, g) for g in sorted(genres))]
            control.value = value if value in genres else None
        finally:
            self._quiet = False

    def _segment(self) -> tuple:
        drawn = self.explorer.drawn
        return drawn.recording, drawn.view.start, drawn.view.seconds

    def note_change(self) -> None:
        """Say that an answer is of another segment than the one that is shown."""
        if self.answer:
            old = self._segment() != self.asked_of
            self.stale.value = "<p>The segment has changed since: ask again.</p>" if old else ""

    def in_words(self) -> str:
        """Whether networks can be asked, as Markdown."""
        run = self.explorer.origin.run
        if run is None:
            return "No run with songs is open, so there are no networks to ask."
        if self.reason:
            return (
                f"The run {escape(run.name)} has kept no networks that could be asked; with the "
                "setting `keep_models=true` it keeps them."
            )
        arms = ", ".join(escape(arm) for arm in self.choices["weights"].unique())
        depths = ", ".join(str(depth) for depth in sorted(self.choices["depth"].unique()))
        return f"The run has kept networks that can be asked: of the depths {depths}, arms {arms}."
