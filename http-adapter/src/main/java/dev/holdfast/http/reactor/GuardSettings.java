package dev.holdfast.http.reactor;

import dev.holdfast.http.HttpGuardSettings;
import java.time.Duration;

/** What a guard was built with; immutable. See {@link ReactorHttpGuardBuilder} for the meanings. */
record GuardSettings(
    HttpGuardSettings shared,
    Duration evictEvery,
    boolean replayableBodies,
    Duration declinedPatience) {}
