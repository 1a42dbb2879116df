/** The style sheet of the widget: `styles/index.css`, bundled and minified by `cargo xtask build`. */
declare module "#style" {
  const css: string;
  export default css;
}
