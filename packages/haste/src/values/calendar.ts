// Days of the proleptic Gregorian calendar, as PostgreSQL and ISO 8601 count them: the year before 1
// is 0 here, `0001 BC` in PostgreSQL's texts.

/** A day of the calendar. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days since 1970-01-01. The month may be out of range, the day too. */
export function dayNumber({ year, month, day }: Day): number {
  // Years that begin in March have their leap day at their end.
  const shifted = month <= 2 ? year - 1 : year;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return shifted * 365 + leaps(shifted) + ofYear - 719_468;
}

/** The inverse of {@link dayNumber}. */
export function dayOf(number: number): Day {
  const since = number + 719_468;
  const era = Math.floor(since / 146_097);
  const ofEra = since - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear = ofEra - (365 * yearOfEra + leaps(yearOfEra));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = ofYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Whether there is such a day. */
export function exists(day: Day): boolean {
  if (day.month < 1 || day.month > 12 || day.day < 1) return false;
  const same = dayOf(dayNumber(day));
  return same.year === day.year && same.month === day.month && same.day === day.day;
}

function leaps(year: number): number {
  return Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
}
