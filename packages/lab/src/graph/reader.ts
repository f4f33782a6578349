/// <reference lib="dom" />
// In the page: reads a picture at one moment, by mouse, touch or keyboard. It imports nothing, since it
// stands in the page as it is. The slider is the browser's own, so keyboards and screen readers know it.

interface Reading {
  /** Where each moment is in the picture. */
  readonly x: readonly number[];
  /** What there is to read at each moment. */
  readonly text: readonly string[];
}

function makeReadable(figure: HTMLElement): void {
  const svg = figure.querySelector("svg");
  const slider = figure.querySelector<HTMLInputElement>("input[type=range]");
  const output = figure.querySelector("output");
  const cursor = figure.querySelector<SVGLineElement>("line.cursor");
  const script = figure.querySelector("script[type='application/json']");
  if (svg === null || slider === null || output === null || cursor === null || script === null)
    return;
  const { x, text } = JSON.parse(script.textContent ?? "") as Reading;
  const show = (): void => {
    const index = Number(slider.value);
    cursor.setAttribute("x1", String(x[index]));
    cursor.setAttribute("x2", String(x[index]));
    cursor.setAttribute("visibility", "visible");
    output.textContent = text[index] ?? "";
    slider.setAttribute("aria-valuetext", text[index] ?? "");
  };
  slider.addEventListener("input", show);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const nearest = x.reduce(
      (best, place, index) =>
        Math.abs(place - at) < Math.abs((x[best] ?? Infinity) - at) ? index : best,
      0,
    );
    slider.value = String(nearest);
    show();
  });
  slider.setAttribute("aria-valuetext", text[Number(slider.value)] ?? "");
}

function makeAllReadable(): void {
  for (const figure of document.querySelectorAll<HTMLElement>("figure[data-readable]")) {
    if (figure.dataset["readable"] === "yes") continue;
    figure.dataset["readable"] = "yes";
    makeReadable(figure);
  }
}

makeAllReadable();
// A page whose pictures are put in anew says so.
document.addEventListener("drawn", makeAllReadable);
