package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Setting.Shape;
import dev.holdfast.benchmarks.transparency.Step.Borrowed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes the program of a seed: a setting, then phrases of a few steps each. */
final class ProgramMaker {

  private static final int PHRASES = 5;

  /** One program in so many lets more than a second pass. */
  private static final int IDLE_PROGRAMS = 12;

  private ProgramMaker() {}

  static Program make(long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    Setting setting = setting(random);
    boolean idles = random.nextInt(IDLE_PROGRAMS) == 0;
    List<Step> steps = new ArrayList<>();
    int phrases = 1 + random.nextInt(PHRASES);
    for (int i = 0; i < phrases; i++) {
      Phrases phrase = new Phrases(random, setting, idles && i == phrases / 2);
      steps.addAll(setting.shape() == Shape.POOLED ? borrowed(phrase, random) : phrase.any());
    }
    if (setting.shape() != Shape.POOLED) {
      steps.addAll(new Phrases(random, setting, false).last());
    }
    return new Program(seed, setting, List.copyOf(steps));
  }

  private static List<Step> borrowed(Phrases phrases, Random random) {
    List<Step> steps = new ArrayList<>(phrases.clean());
    if (random.nextInt(4) == 0) {
      steps.add(new Borrowed(phrases.clean()));
    }
    return List.of(new Borrowed(List.copyOf(steps)));
  }

  private static Setting setting(Random random) {
    CodecKind codec =
        random.nextInt(3) == 0 ? Pick.one(random, List.of(CodecKind.values())) : CodecKind.STRING;
    Shape shape =
        switch (random.nextInt(10)) {
          case 0, 1 -> Shape.TWO;
          case 2, 3 -> Shape.LISTENING;
          case 4 -> Shape.POOLED;
          default -> Shape.ONE;
        };
    return new Setting(
        random.nextBoolean(),
        codec,
        random.nextInt(8) == 0 ? Phrases.BOUND : 0,
        random.nextInt(8) == 0,
        random.nextInt(8) == 0,
        shape,
        shape != Shape.POOLED && random.nextInt(8) == 0);
  }
}
