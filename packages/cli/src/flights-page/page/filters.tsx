// The filters: what is typed counts a moment after the last key.
import { useEffect, useState, type ReactNode } from "react";
import { NO_FIELDS, numberOf, type Fields } from "./query.ts";

/** Ms without a key. */
const PAUSE = 150;

export function Filters({ onChange }: { readonly onChange: (fields: Fields) => void }): ReactNode {
  const [fields, setFields] = useState(NO_FIELDS);
  useEffect(() => {
    const timer = setTimeout(() => onChange(fields), PAUSE);
    return () => clearTimeout(timer);
  }, [fields, onChange]);
  const set = (name: keyof Fields) => (text: string) => setFields({ ...fields, [name]: text });
  const isSet = Object.values(fields).some((text) => text !== "");
  return (
    <form
      className="filters"
      role="search"
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(fields);
      }}
    >
      <Airport label="From" value={fields.origin} onChange={set("origin")} />
      <Airport label="To" value={fields.destination} onChange={set("destination")} />
      <fieldset className="range">
        <legend>Delay, minutes</legend>
        <Minutes label="Delay at least" hint="min" value={fields.least} onChange={set("least")} />
        <span aria-hidden="true">–</span>
        <Minutes label="Delay at most" hint="max" value={fields.most} onChange={set("most")} />
      </fieldset>
      <button type="button" disabled={!isSet} onClick={() => setFields(NO_FIELDS)}>
        Clear
      </button>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function Airport({ label, value, onChange }: FieldProps): ReactNode {
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

function Minutes({ label, hint, value, onChange }: FieldProps & { hint: string }): ReactNode {
  return (
    <input
      aria-label={label}
      aria-invalid={value !== "" && numberOf(value) === null}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      placeholder={hint}
      maxLength={7}
      inputMode="text"
      autoComplete="off"
    />
  );
}
