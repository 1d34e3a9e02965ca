package dev.holdfast.lab.http;

/** What the server does with one request. */
public sealed interface Exchange {

  /**
   * Executes the request and answers it.
   *
   * @param answer the answer
   */
  record Answered(Answer answer) implements Exchange {}

  /**
   * Reads so many bytes from the request on, or until the client ends the connection, and ends it.
   * The request is not executed.
   *
   * @param bytes at least 1: that a request has begun shows by its first byte
   * @param ending how
   */
  record RequestCut(int bytes, Ending ending) implements Exchange {}

  /**
   * Executes the request and does not answer it.
   *
   * @param ending how the connection ends instead
   */
  record Unanswered(Ending ending) implements Exchange {}

  /**
   * Executes the request, sends so many bytes of the answer, or all it has, and ends the
   * connection.
   *
   * @param answer the answer
   * @param bytes 0 for an {@link Unanswered} one; with 8 it ends within the status line
   * @param ending how
   */
  record AnswerCut(Answer answer, int bytes, Ending ending) implements Exchange {}

  /**
   * Executes the request and sends something else in place of an answer.
   *
   * @param text whatever, each char one byte (ISO 8859-1)
   * @param ending how the connection ends after it
   */
  record Babbled(String text, Ending ending) implements Exchange {}
}
