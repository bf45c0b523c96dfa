import io.winnow.Winnow;
import io.winnow.WinnowHost;
import io.winnow.WinnowJob;

/** Times a call of the library (WinnowJob.progress) and a callback of it (WinnowHost.event), by the bridge that -Dwinnow.bridge names. */
public class Calls {
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 3;
    private static long seen;

    public static void main(String[] arguments) {
        long times = Long.parseLong(arguments[0]);
        String bridge = System.getProperty(Winnow.BRIDGE_PROPERTY);
        WinnowHost host = new WinnowHost() {
            @Override
            public void event(String json) {
                seen += json.length();
            }
        };
        try (Winnow winnow = Winnow.open("", host)) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                try (WinnowJob job = winnow.job("echo", Long.toString(times))) {
                    long start = System.nanoTime();
                    for (long i = 0; i < times; i++) seen += job.progress().rowsDone();
                    long between = System.nanoTime();
                    job.run();
                    long end = System.nanoTime();
                    if (round < 0) continue;
                    System.out.printf("%s call %.1f%n", bridge, (between - start) / (double) times);
                    System.out.printf("%s callback %.1f%n", bridge, (end - between) / (double) times);
                }
            }
        }
        if (seen == 0) throw new IllegalStateException("no callback came");
    }
}
