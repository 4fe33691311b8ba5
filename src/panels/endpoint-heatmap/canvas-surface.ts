import { type Surface } from './paint';

const HATCH = 6;
const NARROW = 9;

/** Draws on a canvas in CSS pixels, whatever the density of the screen. Undefined where the page has no canvas. */
export function canvasSurface(
  canvas: HTMLCanvasElement,
  size: { width: number; height: number },
  style: { font: string; hatch: string; outline: string }
): Surface | undefined {
  const context = canvas.getContext('2d');
  if (!context) {
    return undefined;
  }
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(size.width * ratio));
  const height = Math.max(1, Math.round(size.height * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = style.font;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  return {
    clear: (w, h) => context.clearRect(0, 0, w, h),
    rect: (x, y, w, h, color) => {
      context.fillStyle = color;
      context.fillRect(x, y, w, h);
    },
    hatch: (x, y, w, h) => {
      context.save();
      context.beginPath();
      context.rect(x, y, w, h);
      context.clip();
      context.beginPath();
      context.strokeStyle = style.hatch;
      context.lineWidth = 1;
      // Lines start on a grid common to all cells, so that neighbours join to one surface.
      for (let start = x + y - ((x + y) % HATCH); start < x + w + y + h; start += HATCH) {
        context.moveTo(start - y, y);
        context.lineTo(start - y - h, y + h);
      }
      context.stroke();
      context.restore();
    },
    outline: (x, y, w, h) => {
      context.save();
      context.strokeStyle = style.outline;
      context.lineWidth = 1;
      // Frames of narrow cells, which are nearly all frame, would outweigh the cells that have values.
      context.globalAlpha = Math.min(1, Math.min(w, h) / NARROW);
      context.setLineDash([3, 2]);
      context.strokeRect(x + 1.5, y + 1.5, Math.max(0, w - 3), Math.max(0, h - 3));
      context.restore();
    },
    text: (text, x, y, color) => {
      context.fillStyle = color;
      context.fillText(text, x, y);
    },
  };
}
