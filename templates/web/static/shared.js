// Choosing a value of its own takes the tick from “As everywhere”; without JavaScript one takes it away oneself.
for (const tick of document.querySelectorAll("[data-shared]")) {
  tick.closest(".field").addEventListener("input", (event) => {
    if (event.target !== tick) tick.checked = false;
  });
}
