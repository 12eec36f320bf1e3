// The event that a listener is for, by the name of its function: "onResize", "handleScroll", "clickHandler".

const EVENTS = new Set(
  `abort animationend animationframe beforeunload blur change click close contextmenu copy cut dblclick drag dragend dragenter
  dragleave dragover dragstart drop ended error focus focusin focusout fullscreenchange hashchange input invalid keydown keypress
  keyup load loadeddata loadstart message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup offline
  online open orientationchange pagehide pageshow paste pause play pointercancel pointerdown pointerenter pointerleave pointermove
  pointerout pointerover pointerup popstate progress readystatechange rejectionhandled reset resize scroll scrollend select
  selectionchange storage submit timeupdate toggle touchcancel touchend touchmove touchstart transitionend unhandledrejection unload
  visibilitychange volumechange wheel`.split(/\s+/),
);

/** "" where the name tells none. */
export function eventNamedBy(functionName: string): string {
  const found =
    /^_*(?:on|handle)_?([A-Za-z]+)$/.exec(functionName) ??
    /^([A-Za-z]+?)_?(?:Handler|Listener)$/.exec(functionName);
  const name = found?.[1]?.toLowerCase() ?? '';
  return EVENTS.has(name) ? name : '';
}
