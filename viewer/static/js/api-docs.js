// Starts Swagger UI on the viewer's own OpenAPI document. Nothing is sent to other hosts.

/** @typedef {(options: {url: string | undefined, domNode: HTMLElement, validatorUrl: null, deepLinking: boolean}) => unknown} Bundle */

const place = document.getElementById("api-docs");
const bundle = /** @type {{SwaggerUIBundle?: Bundle}} */ (/** @type {unknown} */ (window)).SwaggerUIBundle;
if (place && bundle) {
  bundle({ url: place.dataset.document, domNode: place, validatorUrl: null, deepLinking: false });
}
