package dev.holdfast.http.proof;

import java.util.List;

/** What is asked for, and whether it may be asked for twice (RFC 9110, section 9.2.2). */
enum Verb {
  GET("GET", true),
  PUT("PUT", true),
  POST("POST", false),
  /** With an {@code Idempotency-Key}, which makes it safe to repeat. */
  POST_WITH_KEY("POST", true);

  /** The bodies of those that have one. */
  static final String BODY = "body";

  static final List<Verb> PLAIN = List.of(GET, POST);

  private final String method;
  private final boolean repeatable;

  Verb(String method, boolean repeatable) {
    this.method = method;
    this.repeatable = repeatable;
  }

  String method() {
    return method;
  }

  boolean repeatable() {
    return repeatable;
  }

  boolean hasBody() {
    return this != GET;
  }

  boolean hasKey() {
    return this == POST_WITH_KEY;
  }
}
