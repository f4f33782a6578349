// The filters: what is typed counts a moment after the last key.
import { useEffect, useId, useState, type ReactNode } from "react";
import { NO_FIELDS, numberOf, type Fields } from "./query.ts";

/** Ms without a key. */
const PAUSE = 150;

export function Filters({ onChange }: { readonly onChange: (fields: Fields) => void }): ReactNode {
  const [fields, setFields] = useState(NO_FIELDS);
  useEffect(() => {
    if (wrongField(fields) !== null) return;
    const timer = setTimeout(() => onChange(fields), PAUSE);
    return () => clearTimeout(timer);
  }, [fields, onChange]);
  const wrong = wrongField(fields);
  const why = useId();
  const set = (name: keyof Fields) => (text: string) => setFields({ ...fields, [name]: text });
  const isSet = Object.values(fields).some((text) => text !== "");
  return (
    <form
      className="filters"
      role="search"
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong === null) onChange(fields);
      }}
    >
      <Airport label="From" value={fields.origin} onChange={set("origin")} />
      <Airport label="To" value={fields.destination} onChange={set("destination")} />
      <fieldset className="range">
        <legend>Delay, minutes</legend>
        <Minutes name="least" hint="min" value={fields.least} onChange={set("least")} why={why} />
        <span aria-hidden="true">–</span>
        <Minutes name="most" hint="max" value={fields.most} onChange={set("most")} why={why} />
      </fieldset>
      <button type="button" disabled={!isSet} onClick={() => setFields(NO_FIELDS)}>
        Clear
      </button>
      <p id={why} className="wrong" aria-live="polite" hidden={wrong === null}>
        {wrong !== null &&
          `${LABELS[wrong]}: a whole number of minutes, up to six digits, such as 90 or -5. Until then the list keeps its last filter.`}
      </p>
    </form>
  );
}

const LABELS = { least: "Delay at least", most: "Delay at most" } as const;

type MinutesName = keyof typeof LABELS;

/** The first field that holds something else than minutes. */
function wrongField(fields: Fields): MinutesName | null {
  const isWrong = (name: MinutesName): boolean => isNotMinutes(fields[name]);
  return (["least", "most"] as const).find(isWrong) ?? null;
}

function isNotMinutes(text: string): boolean {
  return text.trim() !== "" && numberOf(text) === null;
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function Airport({ label, value, onChange }: FieldProps & { readonly label: string }): ReactNode {
  return (
    <label>
      {label}
      <input
        value={value}
        onChange={(event) => onChange(event.target.value.toUpperCase())}
        placeholder="any"
        maxLength={4}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
      />
    </label>
  );
}

interface MinutesProps extends FieldProps {
  readonly name: MinutesName;
  readonly hint: string;
  /** The id of what says what is wrong. */
  readonly why: string;
}

function Minutes({ name, hint, value, onChange, why }: MinutesProps): ReactNode {
  const isWrong = isNotMinutes(value);
  return (
    <input
      aria-label={LABELS[name]}
      aria-invalid={isWrong}
      aria-describedby={isWrong ? why : undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      placeholder={hint}
      inputMode="text"
      autoComplete="off"
    />
  );
}
