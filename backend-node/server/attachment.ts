/** The header that says under which name a browser keeps what is exported. */
export function attachment(name: string, extension: string): string {
  return `attachment; filename="${name.replace(/[^\w.-]/g, '_')}.${extension}"`;
}
