/** Line icons, 16 by 16, drawn in the text's colour. They never speak: the text beside them does. */
const PATHS = {
  check: "M3.5 8.5l3 3 6-7",
  close: "M4 4l8 8M12 4l-8 8",
  info: "M8 7.2v4.3M8 4.6v.2M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  warning: "M8 6.4v3M8 11.4v.2M8 2.4l6 10.8H2z",
  chevron: "M4.5 6.5L8 10l3.5-3.5",
  up: "M8 12.5v-9M4.5 7L8 3.5 11.5 7",
  down: "M8 3.5v9M4.5 9L8 12.5 11.5 9",
  search: "M7.2 11.4a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4zM10.4 10.4L13.5 13.5",
  settings: "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.4v3.2M6 9.4v3.2",
  person: "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.4c.5-2.3 2.4-3.6 5-3.6s4.5 1.3 5 3.6",
  help: "M6.1 6.2c.1-1.2.9-1.9 2-1.9s1.9.7 1.9 1.7c0 1.5-1.9 1.6-1.9 3M8.1 11.4v.2M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  calendar: "M3 4.5h10v8.5H3zM3 7.5h10M5.8 3v2.6M10.2 3v2.6",
  link: "M6.8 9.2l2.4-2.4M7.2 5.2l1.5-1.5a2.5 2.5 0 0 1 3.6 3.6l-1.5 1.5M8.8 10.8l-1.5 1.5a2.5 2.5 0 0 1-3.6-3.6l1.5-1.5",
  bell: "M8 2.2a3.8 3.8 0 0 0-3.8 3.8c0 3.6-1.4 4.6-1.4 5.3h10.4c0-.7-1.4-1.7-1.4-5.3A3.8 3.8 0 0 0 8 2.2zM6.7 13.4a1.4 1.4 0 0 0 2.6 0",
  edit: "M3 13l.7-2.9L10.5 3.3l2.2 2.2-6.8 6.8z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
