// The theme lets the keyboard into whatever can be scrolled, but looks for it only when a page
// loads or its window changes. Code that is unfolded later would be left out.
document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);

// It takes the focus from its buttons when they are pressed, for the sake of mice. Who pressed
// one by a key would have to begin again at the top of the page.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button");
    if (!button || event.detail !== 0) return;
    setTimeout(() => document.activeElement === document.body && button.focus());
  },
  true,
);
