// Makes the suggested topics clickable; without JavaScript they are words to type.
for (const list of document.querySelectorAll("ul.chips[data-for]")) {
  const input = document.getElementById(list.dataset.for);
  const chosen = () => input.value.split(/[\s,]+/).map((word) => word.replace(/^#/, "").toLowerCase()).filter(Boolean);
  const buttons = [...list.querySelectorAll("[data-topic]")].map((chip) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = chip.textContent;
    button.addEventListener("click", () => {
      const words = chosen();
      const topic = button.textContent;
      input.value = (words.includes(topic) ? words.filter((word) => word !== topic) : [...words, topic]).join(" ");
      show();
    });
    chip.replaceWith(button);
    return button;
  });
  const show = () => {
    const words = chosen();
    for (const button of buttons) button.setAttribute("aria-pressed", String(words.includes(button.textContent)));
  };
  input.addEventListener("input", show);
  show();
}
