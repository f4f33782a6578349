import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonScript, markup } from "./markup.ts";

test("what is put in is text, unless it is markup", () => {
  const bold = markup`<b>${"a<b"}</b>`;
  expect(markup`<p title="${'"&'}">${bold}${null}${false}${[1, "<"]}</p>`.text).toBe(
    '<p title="&quot;&amp;"><b>a&lt;b</b>1&lt;</p>',
  );
});

test("no JSON breaks out of its script, and it is read as it was written", () => {
  const breaking = fc.constantFrom("</script>", "<!--", "\u2028", "<script>");
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), breaking)), (value) => {
      const { text } = jsonScript(value);
      expect(text).not.toContain("<");
      expect(JSON.parse(text)).toEqual(value);
    }),
  );
});
