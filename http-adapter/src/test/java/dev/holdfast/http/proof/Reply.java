package dev.holdfast.http.proof;

/**
 * What a caller was given.
 *
 * @param status for example 200
 * @param id of the request it belongs to, as the server says; empty if it does not
 */
record Reply(int status, String id) {

  boolean answers(String request) {
    return status == 200 && id.equals(request);
  }
}
