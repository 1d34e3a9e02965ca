package dev.holdfast.examples;

import static dev.holdfast.examples.Svg.escape;

import dev.holdfast.examples.Moment.Tone;
import java.util.List;

/** The incidents as one page: figures, evidence, and a timeline for each. */
final class IncidentPage {

  private final StringBuilder out = new StringBuilder();

  private IncidentPage() {}

  static String of(Setting setting, List<Replay> replays) {
    IncidentPage page = new IncidentPage();
    page.legend();
    replays.forEach(page::incident);
    return new Page(Replay.scores(replays), Replay.explained(replays))
        .open(
            "Five incidents, bare and guarded",
            "Each incident is staged on a network of its own with a real kernel's conntrack and"
                + " nftables. Bare and guarded Lettuce go through it side by side; every INCR has"
                + " its own counter, read from Redis afterwards.",
            setting)
        .html(page.out.toString())
        .close();
  }

  private void legend() {
    out.append(
        """
        <p class="legend">In the timelines <b>believed</b> is what the client's code saw or was
        told, <b>carried</b> what kernels and router did.
        <span class="key good">●</span> a call was answered,
        <span class="key bad">✕</span> something went wrong,
        <span class="key connect">●</span> anything else; hold the pointer over a mark, or open the
        list below it.</p>
        """);
  }

  private void incident(Replay replay) {
    out.append("<section class=\"scenario\">\n<h2>")
        .append(escape(replay.incident().name()))
        .append("</h2>\n<p>")
        .append(escape(replay.incident().story()))
        .append("</p>\n");
    out.append(
        "<figure class=\"%s\"><figcaption>".formatted(replay.promiseKept() ? "ok" : "not-ok"));
    for (Score score : replay.scores()) {
      out.append(escape(Summary.sentence(score.mode(), List.of(score)))).append("<br>");
    }
    out.append("</figcaption>\n").append(LanePicture.of(replay));
    evidence(replay.evidence());
    moments(replay.moments());
    out.append("</figure>\n</section>\n");
  }

  private void evidence(List<String> lines) {
    out.append("<ul class=\"errors\">");
    lines.forEach(line -> out.append("<li><code>").append(escape(line)).append("</code></li>"));
    out.append("</ul>\n");
  }

  private void moments(List<Moment> moments) {
    out.append(
        "<details><summary>%d moments</summary><div class=\"scroll\"><table>\n<tbody>\n"
            .formatted(moments.size()));
    for (Moment moment : moments) {
      out.append(
          "<tr class=\"%s\"><td class=\"num\">%.3f s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n"
              .formatted(
                  moment.tone() == Tone.BAD ? "not-ok" : "ok",
                  moment.atNanos() / 1e9,
                  moment.mode().isEmpty() ? "both" : moment.mode(),
                  moment.lane().word(),
                  escape(moment.text())));
    }
    out.append("</tbody></table></div></details>\n");
  }
}
