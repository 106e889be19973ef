// The embed kit: <bill-viewer> shows a bill of the viewer in a page of another site. docs/embedding.md is the reference.
//
//   <script type="module" src="https://viewer.example.com/embed.js"></script>
//   <bill-viewer key="…" branch-id="…" view="location"></bill-viewer>
//
// The key goes to the viewer by message, to its origin only, and into no address.

const VERSION = 1;
const SHOWN = ["view", "branchId", "branchIds", "serialNo"];
/** What the viewer tells, with what; anything else does nothing. */
const EVENTS = new Map([
  ["ready", SHOWN],
  ["entrychange", SHOWN],
  ["invoicechange", SHOWN],
  ["error", ["status", "code", "message"]],
  ["tokenexpiring", ["expiresAt"]],
]);
const PASSED = ["title", "name", "sandbox"];
const PATIENCE = 5000;

class BillViewer extends HTMLElement {
  static get observedAttributes() {
    return ["src", "key", "branch-id", "view", "lang", "theme"];
  }

  constructor() {
    super();
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    this.origin = "";
    /** Whether the viewer has the key. */
    this.open = false;
    /** Whether the viewer's page was loaded by this element, not by its reader. */
    this.own = true;
    /** What was asked for before it had. @type {Record<string, any> | null} */
    this.wanted = null;
    /** What it shows. @type {Record<string, any>} */
    this.shown = {};
    /** The key that the host handed over last; "" for that of the attribute. */
    this.renewed = "";
    /** Attributes that have changed just now. @type {Set<string>} */
    this.stirred = new Set();
    this.hear = this.hear.bind(this);
    const root = this.attachShadow({ mode: "open" });
    if ("adoptedStyleSheets" in root) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        // Absolute: 100% of a height that flex or min-height gave the element would be nothing.
        ":host { display: block; position: relative; height: 40rem } :host([hidden]) { display: none } iframe { position: absolute; top: 0; left: 0 }",
      );
      root.adoptedStyleSheets = [sheet];
    }
  }

  connectedCallback() {
    window.addEventListener("message", this.hear);
    this.load();
  }

  disconnectedCallback() {
    window.removeEventListener("message", this.hear);
    this.frame?.remove();
    this.frame = null;
  }

  /** Attributes that change together are one change. @param {string} name @param {string | null} old @param {string | null} now */
  attributeChangedCallback(name, old, now) {
    if (old === now || !this.frame) return;
    if (!this.stirred.size) queueMicrotask(() => this.follow());
    this.stirred.add(name);
  }

  /** The whole bill. */
  showBill() {
    this.show("showBill", {}, { view: "image" });
  }

  /** The entry, in the view of the attribute `view` or another one. @param {string} branchId @param {string} [view] */
  showEntry(branchId, view = this.view) {
    const wanted = { branchId, view };
    this.show("showEntry", wanted, wanted);
  }

  /** One invoice; several narrow the image view to them. @param {...string} serialNos */
  showInvoice(...serialNos) {
    this.show("showInvoice", { serialNos }, { view: "image", serialNos });
  }

  /** Asks the invoice cloud anew. */
  refresh() {
    if (this.open) this.say("refresh");
  }

  /** Another key of the same bill, used from now on; what is shown stays. @param {string} key */
  renew(key) {
    this.renewed = key;
    if (this.open) this.say("renew", { key });
  }

  /** Asks an address of the host for the next token: it answers with {"token": "…"}. @param {string | null} address */
  async renewFrom(address) {
    const { frame } = this;
    if (!address) return;
    const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    const next = new Map(Object.entries(told ?? {})).get("token");
    if (typeof next === "string" && frame === this.frame) this.renew(next);
  }

  get view() {
    return this.getAttribute("view") === "image" ? "image" : "location";
  }

  get base() {
    const src = this.getAttribute("src");
    return src ? new URL(src.replace(/[/]*$/, "/"), document.baseURI) : new URL(".", import.meta.url);
  }

  /** The viewer's page, which will greet and then be told the key. */
  load() {
    this.open = false;
    this.renewed = "";
    this.shown = {};
    this.own = true;
    this.frame?.remove();
    const address = new URL("embed", this.base);
    for (const name of ["lang", "theme"]) if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name) ?? "");
    this.origin = address.origin;
    const frame = (this.frame = document.createElement("iframe"));
    frame.style.cssText = "display: block; width: 100%; height: 100%; border: 0";
    frame.title = "Invoices 发票";
    frame.allow = "fullscreen; clipboard-write";
    for (const name of PASSED) if (this.hasAttribute(name)) frame.setAttribute(name, this.getAttribute(name) ?? "");
    let greeted = false;
    frame.addEventListener("hello", () => (greeted = true));
    frame.addEventListener("load", () => setTimeout(() => greeted || !frame.isConnected || this.blocked(), PATIENCE));
    frame.src = address.href;
    this.shadowRoot?.append(frame);
  }

  blocked() {
    const message = `The viewer at ${this.origin} doesn't answer. Does its VIEWER_FRAME_ANCESTORS name ${location.origin}, and this page's CSP (frame-src) the viewer?`;
    console.warn(message);
    this.tell("error", { code: "no_viewer", status: 0, message });
  }

  follow() {
    const stirred = [...this.stirred];
    this.stirred.clear();
    if (!this.frame) return;
    if (stirred.some((name) => !["branch-id", "view"].includes(name))) return this.load();
    const branchId = this.getAttribute("branch-id");
    if (!branchId) return this.showBill();
    if (branchId !== this.shown.branchId || this.view !== this.shown.view) this.showEntry(branchId);
  }

  /** @param {string} type @param {object} members @param {object} wanted */
  show(type, members, wanted) {
    if (this.open) this.say(type, members);
    else this.wanted = wanted;
  }

  /** @param {string} type @param {object} [members] */
  say(type, members = {}) {
    this.frame?.contentWindow?.postMessage({ billViewer: VERSION, type, ...members }, this.origin);
  }

  /** @param {string} type @param {object} detail */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {MessageEvent} event */
  hear({ source, origin, data }) {
    if (!this.frame || source !== this.frame.contentWindow || origin !== this.origin) return;
    if (!data || typeof data !== "object" || data.billViewer !== VERSION) return;
    if (data.type === "hello") return this.greet();
    const names = EVENTS.get(data.type);
    if (!names || !names.every((name) => fits(data[name]))) return;
    const detail = Object.fromEntries(names.map((name) => [name, data[name]]));
    if (names === SHOWN) this.shown = detail;
    this.tell(data.type, detail);
    if (data.type === "tokenexpiring") void this.renewFrom(this.getAttribute("renew-from"));
  }

  /** A page of the viewer is here: the first one, or one that the reader loaded, which stays where it is. */
  greet() {
    this.frame?.dispatchEvent(new Event("hello"));
    const key = this.renewed || this.getAttribute("key");
    if (!key) return;
    const branchId = this.getAttribute("branch-id");
    const place = this.wanted ?? (branchId ? { branchId, view: this.view } : { view: "image" });
    this.say("open", { key, ...(this.wanted || this.own ? place : {}) });
    this.wanted = null;
    this.own = false;
    this.open = true;
  }
}

/** @param {unknown} value */
function fits(value) {
  if (Array.isArray(value)) return value.every((each) => typeof each === "string");
  return value === null || typeof value === "string" || typeof value === "number";
}

if (!customElements.get("bill-viewer")) customElements.define("bill-viewer", BillViewer);
