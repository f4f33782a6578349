// The live pages on the screen: how full the database is, and then what the pages have been told.
import type { Paint } from "../../terminal/paint.ts";
import { joinFitting } from "../../terminal/width.ts";
import type { HasteResult } from "../result.ts";
import { grouped } from "../words.ts";
import { label, LABEL } from "./layout.ts";
import { bar } from "./marks.ts";
import type { DemoView } from "./view.ts";

export function liveLines(live: DemoView["live"], width: number, paint: Paint): string[] {
  const room = Math.max(0, width - LABEL);
  const { database, rowsWanted, rowsStored, isServed, result } = live;
  if (database === null) return [label("pages") + paint("dim", "─".repeat(room)), ""];
  const { filled, rest } = bar(rowsStored / Math.max(1, rowsWanted), room);
  const first = label("pages") + paint(isServed ? "green" : "blue", filled) + paint("dim", rest);
  if (!isServed) {
    const amount = `${grouped(rowsStored)} of ${grouped(rowsWanted)} flights`;
    return [first, label("") + paint("dim", `${storing(live)} · ${amount}`)];
  }
  const { pages, changes } = result ?? live;
  const parts = [
    paint("bold", `${grouped(pages)} live pages`),
    paint("bold", `${grouped(changes)} changes`),
    verdict(result, paint),
    paint("dim", `${grouped(rowsWanted)} flights in ${database}`),
    paint("dim", "a writer and visitors at once"),
  ];
  return [first, label("") + joinFitting(parts, paint("dim", " · "), room)];
}

function storing({ database, rowsStored, rowsWanted }: DemoView["live"]): string {
  if (rowsStored === 0) return `starting ${database}`;
  return `${rowsStored < rowsWanted ? "filling" : "indexing"} ${database}`;
}

function verdict(result: HasteResult | null, paint: Paint): string {
  if (result === null) return paint("dim", "compared at the end …");
  const { differences } = result;
  if (differences === 0) return paint("green", "✔ each as the database says");
  return paint("red", `✘ ${grouped(differences)} rows differ`);
}
