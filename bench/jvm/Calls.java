import io.winnow.Winnow;
import io.winnow.WinnowHost;
import io.winnow.WinnowJob;
import io.winnow.WinnowProgress;
import java.util.Arrays;

/** Times a call of the library (WinnowJob.progress) and a callback of it (WinnowHost.event), by the bridge that -Dwinnow.bridge names. */
public class Calls {
    private static final int ROUNDS = 9;
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
        double[] calls = new double[ROUNDS];
        double[] callbacks = new double[ROUNDS];
        try (Winnow winnow = Winnow.open("", host)) {
            for (int round = -3; round < ROUNDS; round++) {  // the first three warm up
                double call;
                double callback;
                try (WinnowJob job = winnow.job("echo", Long.toString(times))) {
                    long start = System.nanoTime();
                    for (long i = 0; i < times; i++) {
                        WinnowProgress progress = job.progress();
                        seen += progress.rowsDone();
                    }
                    call = (System.nanoTime() - start) / (double) times;
                    start = System.nanoTime();
                    job.run();
                    callback = (System.nanoTime() - start) / (double) times;
                }
                if (round < 0) continue;
                calls[round] = call;
                callbacks[round] = callback;
            }
        }
        print("call, " + bridge, calls);
        print("callback, " + bridge, callbacks);
        if (seen == 0) throw new IllegalStateException("no callback came");
    }

    private static void print(String name, double[] rounds) {
        Arrays.sort(rounds);
        System.out.printf("{\"name\": \"%s\", \"ns\": %.1f}%n", name, rounds[ROUNDS / 2]);
    }
}
