// Gives every readonly text a button that copies it; without JavaScript it is selected and copied by hand.
for (const input of document.querySelectorAll("input[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${input.labels[0].textContent}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    button.textContent = "Copied";
  });
  input.after(button);
}
