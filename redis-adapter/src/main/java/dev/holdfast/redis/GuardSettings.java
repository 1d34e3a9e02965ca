package dev.holdfast.redis;

import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;

/** What a guard was built with; immutable. See {@link LettuceGuardBuilder} for the meanings. */
record GuardSettings(
    String name,
    ConnectionPlan plan,
    Duration probeAfter,
    int heldLimit,
    boolean backgroundPing,
    boolean sharedByDefault) {}
