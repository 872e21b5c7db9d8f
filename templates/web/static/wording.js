// A second look at the wording, under the field, while one writes. It is a hint: saving never waits for it. Nothing is
// kept of it; without JavaScript the page after saving says it once.
const PAUSE = 1200;

const ADDRESS = `${location.pathname}/wording`;

for (const area of document.querySelectorAll("form textarea")) attend(area);

function attend(area) {
  const line = document.createElement("p");
  line.className = "hint nudge";
  line.setAttribute("aria-live", "polite");
  area.after(line);
  let asked = area.value;
  let timer;
  let going;

  const look = async () => {
    clearTimeout(timer);
    if (area.value === asked) return;
    asked = area.value;
    going?.abort();
    going = new AbortController();
    try {
      const body = new URLSearchParams({ text: asked });
      const answer = await fetch(ADDRESS, { method: "POST", body, signal: going.signal });
      const found = answer.status === 200 ? await answer.json() : null;
      line.textContent = found ? `“${found.words}”: ${found.why} ${found.instead}` : "";
      if (found) tell(area.form);
    } catch {
      // Another look is under way, or there is no connection; a hint can wait.
    }
  };

  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  area.addEventListener("blur", look);
}

// The page after saving need not say it again.
function tell(form) {
  if (form.elements.wording) return;
  const shown = document.createElement("input");
  shown.type = "hidden";
  shown.name = "wording";
  shown.value = "shown";
  form.append(shown);
}
