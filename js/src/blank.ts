/** Whether a message would have nothing in it: what JavaScript or Unicode calls white space, which differ in two characters. */
export function isBlank(text: string): boolean {
  return /^[\s\u0085]*$/.test(text);
}
