/** A piece of text that cannot be read whole, and why. */
export interface LayoutFault {
  readonly fault: 'clipped' | 'outside' | 'overlaps' | 'covered' | 'small-target';
  readonly text: string;
  readonly detail: string;
}

/**
 * Runs in the page. Looks at where every line of visible text was really drawn: cut off by an ancestor, beyond the window,
 * on top of other text, or under something else. Also finds targets under 24 px (WCAG 2.2, 2.5.8).
 */
export function findLayoutFaults(): LayoutFault[] {
  const tolerance = 1.5;
  const faults: LayoutFault[] = [];
  type Line = { element: Element; box: DOMRect; text: string };

  const hidden = (element: Element): boolean => {
    for (let node: Element | null = element; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.visibility === 'hidden' || style.display === 'none' || Number(style.opacity) < 0.05) return true;
      if (style.clipPath.startsWith('inset(50%')) return true;
      if (node.tagName === 'DETAILS' && !(node as HTMLDetailsElement).open && !element.closest('summary')) return true;
    }
    return false;
  };
  const name = (element: Element) => `${element.tagName.toLowerCase()}.${String(element.getAttribute('class') ?? '').replace(/\s+/g, '.')}`;

  /** What of a box is still visible after every scroller around it; null when it is scrolled away, which is no fault. */
  const throughScrollers = (element: Element, box: DOMRect): { cutBy: Element } | 'away' | null => {
    for (let node: Element | null = element; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      const frame = node.getBoundingClientRect();
      const scrollsY = /auto|scroll/.test(style.overflowY);
      const clipsX = style.overflowX !== 'visible';
      const clipsY = style.overflowY !== 'visible';
      if (scrollsY && (box.bottom > frame.bottom || box.top < frame.top)) return 'away';
      if (clipsX && (box.left < frame.left - tolerance || box.right > frame.right + tolerance)) return { cutBy: node };
      if (clipsY && !scrollsY && (box.top < frame.top - tolerance || box.bottom > frame.bottom + tolerance)) return { cutBy: node };
    }
    return null;
  };

  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!element || text === '' || ['SCRIPT', 'STYLE', 'OPTION', 'SELECT'].includes(element.tagName) || hidden(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const cut = throughScrollers(element, box);
      if (cut === 'away') continue;
      if (cut) faults.push({ fault: 'clipped', text, detail: `${name(element)} by ${name(cut.cutBy)}` });
      if (box.left < -tolerance || box.right > innerWidth + tolerance || box.top < -tolerance || box.bottom > innerHeight + tolerance) {
        faults.push({ fault: 'outside', text, detail: `${name(element)} at ${Math.round(box.left)},${Math.round(box.top)} ${Math.round(box.width)}x${Math.round(box.height)}` });
      }
      lines.push({ element, box, text });
    }
  }

  // Above everything by intent: menus, sheets, notices, and the words over the picture.
  // A card's button reaches over its card unseen; it hides nothing and is as large as the card.
  const above = '.card-button, .popover, .sheet-scrim, .notices, .tooltip, .player-bar, .player-overlay';
  for (const { element, box, text } of lines) {
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!top || hidden(top) || top.contains(element) || element.contains(top) || top.closest(above) || getComputedStyle(element).pointerEvents === 'none') continue;
    faults.push({ fault: 'covered', text, detail: `${name(element)} by ${name(top)}` });
  }
  for (const [index, one] of lines.entries()) {
    for (const other of lines.slice(index + 1)) {
      if (one.element === other.element || one.element.closest(above) !== other.element.closest(above)) continue;
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // Line boxes are taller than letters; a few pixels of leading may meet.
      if (wide > 2 && high > 6) faults.push({ fault: 'overlaps', text: one.text, detail: `${name(one.element)} with "${other.text}"` });
    }
  }

  for (const target of document.querySelectorAll('button, a[href], [role=slider], [role=tab], [role=menuitem], summary')) {
    const box = target.getBoundingClientRect();
    if (hidden(target) || box.width === 0 || target.matches('.card-button')) continue;
    if (box.width < 24 || box.height < 24) {
      faults.push({ fault: 'small-target', text: target.textContent?.trim() ?? '', detail: `${name(target)} ${Math.round(box.width)}x${Math.round(box.height)}` });
    }
  }
  return faults;
}
