package dev.holdfast.diagnosis;

import java.time.Duration;
import java.util.Optional;

/**
 * The idle age up to which a connection may be reused without proof.
 *
 * @param age the age; empty when nothing limits it
 * @param source who says so
 */
public record IdleBound(Optional<Duration> age, LimitSource source) {}
