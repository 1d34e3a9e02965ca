package dev.holdfast.internal.wire;

import org.jspecify.annotations.Nullable;

/**
 * Keeps to the first newcomer that was answered since a flow was asked. Later ones are dialled for
 * other flows in doubt; each would put off what has to follow the answer, and where flows are in
 * doubt one after the other, for ever. Confined to one thread.
 */
public final class FirstAnswer implements SecondOpinion {

  private final SecondOpinion second;
  private Opinion.@Nullable Answered first;

  /**
   * Nobody was asked yet.
   *
   * @param second who is asked until there is an answer
   */
  public FirstAnswer(SecondOpinion second) {
    this.second = second;
  }

  @Override
  public Opinion ask(long sinceNanos) {
    Opinion.Answered known = first;
    if (known != null && known.atNanos() - sinceNanos >= 0) {
      return known;
    }
    Opinion opinion = second.ask(sinceNanos);
    first = opinion instanceof Opinion.Answered answered ? answered : null;
    return opinion;
  }
}
