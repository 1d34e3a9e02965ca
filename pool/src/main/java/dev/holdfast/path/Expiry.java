package dev.holdfast.path;

/** What the endpoints are told at the moment a hop's idle timer runs out. */
public enum Expiry {
  /**
   * Nothing: the flow is forgotten and later segments vanish. A hop that answers the next segment
   * with an RST also belongs here, because at expiry neither endpoint hears of it.
   */
  SILENT,
  /** An RST. */
  RST,
  /** An orderly close: a FIN. */
  FIN
}
