package dev.holdfast.internal.command;

import java.util.List;
import java.util.Set;

/**
 * The arguments of a command that are neither keys nor values, in upper case, as far as its client
 * tells them apart. What nobody may read is {@linkplain #OPAQUE opaque}.
 */
public final class CommandWords {

  /** A key, a value, or what might be one. */
  public static final String OPAQUE = "\0";

  private final List<String> words;

  private CommandWords(List<String> words) {
    this.words = words;
  }

  /**
   * The words of a command.
   *
   * @param words in upper case, {@link #OPAQUE} for what nobody may read
   * @return as they are
   */
  public static CommandWords of(List<String> words) {
    return new CommandWords(words);
  }

  /**
   * How many arguments there are.
   *
   * @return opaque ones included
   */
  public int count() {
    return words.size();
  }

  /**
   * The word at a position.
   *
   * @param position from 0
   * @return {@link #OPAQUE} where there is none or it is nobody's business
   */
  public String at(int position) {
    return position < words.size() ? words.get(position) : OPAQUE;
  }

  /**
   * The first argument, for container commands such as {@code CLIENT SETNAME}.
   *
   * @return as {@link #at}
   */
  public String first() {
    return at(0);
  }

  /**
   * Whether nothing but these options stands from {@code position} on. An unknown option, or
   * something that is no word, says no.
   *
   * @param position from 0
   * @param alone options that stand alone
   * @param withNumber options that a number follows
   * @return false if there is anything else
   */
  public boolean hasOnlyFrom(int position, Set<String> alone, Set<String> withNumber) {
    return firstNotOf(position, alone, withNumber) == words.size();
  }

  /**
   * The position of the first word that is none of these options, or its number.
   *
   * @param position from 0
   * @param alone options that stand alone
   * @param withNumber options that a number follows
   * @return {@link #count()} if there is none
   */
  public int firstNotOf(int position, Set<String> alone, Set<String> withNumber) {
    int at = position;
    while (at < words.size()) {
      String word = words.get(at);
      if (alone.contains(word)) {
        at++;
      } else if (withNumber.contains(word) && isNumber(at(at + 1))) {
        at += 2;
      } else {
        return at;
      }
    }
    return at;
  }

  /**
   * Whether a number stands there, as a client or Java's {@code toString} writes one.
   *
   * @param position from 0
   * @return false for anything else
   */
  public boolean isNumberAt(int position) {
    return isNumber(at(position));
  }

  /**
   * The number there.
   *
   * @param position from 0, or negative for nowhere
   * @return not a number if there is none
   */
  public double numberAt(int position) {
    try {
      return position < 0 ? Double.NaN : Double.parseDouble(at(position));
    } catch (NumberFormatException text) {
      return Double.NaN;
    }
  }

  /**
   * The position behind an option before {@code STREAMS}.
   *
   * @param option in upper case
   * @return -1 if it is not given
   */
  public int behind(String option) {
    int at = words.indexOf(option);
    int streams = words.indexOf("STREAMS");
    return at < 0 || (streams >= 0 && streams < at) ? -1 : at + 1;
  }

  private static boolean isNumber(String word) {
    if (word.isEmpty() || "+-.0123456789IN".indexOf(word.charAt(0)) < 0) {
      return false;
    }
    try {
      Double.parseDouble(word.replace("INFINITY", "Infinity").replace("NAN", "NaN"));
      return true;
    } catch (NumberFormatException text) {
      return word.equals("-INF") || word.equals("+INF") || word.equals("INF");
    }
  }

  /**
   * Whether an option stands anywhere before {@code STREAMS}, as in {@code XREAD}.
   *
   * @param option in upper case
   * @return true if it does
   */
  public boolean hasOption(String option) {
    return behind(option) > 0;
  }

  /**
   * Whether the latter half of what follows a word can be read, and holds none of these.
   *
   * @param word in upper case
   * @param these in upper case
   * @return false if it cannot
   */
  public boolean endsWithout(String word, Set<String> these) {
    int first = words.indexOf(word) + 1;
    int half = first + (words.size() - first) / 2;
    List<String> end = words.subList(half, words.size());
    return !end.isEmpty()
        && end.stream().noneMatch(each -> each.equals(OPAQUE) || these.contains(each));
  }
}
