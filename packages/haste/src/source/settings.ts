// The settings under which both the stream and the queries write values as text.

/** By name; what a type's output function writes depends on these alone. */
const OUTPUT_SETTINGS: Readonly<Record<string, string>> = {
  timezone: "UTC",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  xmloption: "content",
};

/** As statements, for one transaction or for as long as the connection lives. */
export function settingsSql(scope: "LOCAL" | "SESSION"): string {
  return Object.entries(OUTPUT_SETTINGS)
    .map(([name, value]) => `SET ${scope} ${name} = '${value}';`)
    .join(" ");
}
