package dev.holdfast.path;

/** How far an idle connection has aged towards the limits of its path (rule R7). */
public enum IdleZone {
  /** Below 0.8 of every limit: use it. */
  FRESH,
  /** From 0.8 of some limit up to that limit: prove the connection first, then use it. */
  WARN,
  /** Past a limit: discard without asking; a ping into a silent box costs a full timeout. */
  EXPIRED
}
