// In place of ../../socket-option-checks.ts in the production build.
export function checkSocketOptions(): void {}
