"""An explorer as HTML that needs nothing outside itself: styles, content, data and script.

Data are JSON in an element of their own, which no browser runs; whatever titles hold, it can't
end that element. Scripts set text as text, so nothing of the data becomes HTML.
"""

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ODD = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
"""Signs of tags, ends of lines in old scripts, and halves of pairs that UTF-8 can't hold."""


def json_for_html(data: Any) -> str:
    """JSON that may stand in a ``<script>``: no character of it can begin or end a tag.

    >>> json_for_html("</script><!--")
    '"\\\\u003c/script\\\\u003e\\\\u003c!--"'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def assemble(name: str, content: str, data: Any, *, files: tuple[str, ...]) -> str:
    """The explorer `name` as one piece of HTML.

    Parameters
    ----------
    name : str
        Its script finds it by the id ``explorer-NAME``.
    content : str
        HTML within it, hidden until the script has filled it.
    data : object
        What the script shows, as JSON.
    files : tuple of str
        Styles and scripts of this folder, in order; scripts are one module.
    """
    texts = {file: (FOLDER / file).read_text("utf-8").strip() for file in files}
    styles = "\n".join(text for file, text in texts.items() if file.endswith(".css"))
    script = "\n".join(text for file, text in texts.items() if file.endswith(".js"))
    return "\n".join([
        f'<div class="explorer" id="explorer-{name}">',
        f"<style>\n{styles}\n</style>",
        "<noscript><p>This explorer needs JavaScript. The figure below stands in its place."
        "</p></noscript>",
        f'<div class="explorer-content" hidden>\n{content.strip()}\n</div>',
        f'<script type="application/json">{json_for_html(data)}</script>',
        f'<script type="module">\n{script}\n</script>',
        "</div>",
    ])  # fmt: skip
