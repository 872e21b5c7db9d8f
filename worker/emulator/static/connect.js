// Gives an app's iframe the height it asks for; only the iframe that asks.
"use strict";
window.addEventListener("message", (event) => {
  const asked = event.data;
  if (!asked || asked.connect !== "resize" || !Number.isFinite(asked.height)) return;
  for (const frame of document.querySelectorAll("iframe.app")) {
    if (frame.contentWindow === event.source) frame.height = Math.min(Math.max(asked.height, 40), 4000);
  }
});
