// Dragging a card to another column moves its issue, by sending the same form that "Move to" sends without a mouse.
"use strict";
let moving = null;

for (const card of document.querySelectorAll(".card")) {
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    moving = card;
    card.classList.add("moving");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.key);
  });
  card.addEventListener("dragend", () => {
    card.classList.remove("moving");
    moving = null;
  });
}

for (const lane of document.querySelectorAll(".lane")) {
  lane.addEventListener("dragover", (event) => {
    if (!moving || moving.parentElement === lane) return;
    event.preventDefault();
    lane.classList.add("over");
  });
  lane.addEventListener("dragleave", (event) => {
    if (!lane.contains(event.relatedTarget)) lane.classList.remove("over");
  });
  lane.addEventListener("drop", (event) => {
    event.preventDefault();
    lane.classList.remove("over");
    if (!moving) return;
    const form = moving.querySelector("form");
    form.elements.status.value = lane.dataset.status;
    lane.append(moving);
    form.requestSubmit();
  });
}
