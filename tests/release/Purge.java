import io.winnow.Winnow;
import io.winnow.WinnowJob;

/** Lists and purges the database of a folder by the jar that it runs with: Purge URL STORAGE. */
public class Purge {
    public static void main(String[] arguments) {
        String storage = arguments[1].isEmpty() ? "{type: none}" : "{type: local, base-path: '" + arguments[1] + "'}";
        String config = "{database: {url: '" + arguments[0] + "'}, storage: " + storage + "}";
        System.out.println(Winnow.buildInfo());
        try (Winnow winnow = Winnow.open(config)) {
            System.out.println(winnow.tasks());
            for (String end : new String[] {"2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z"}) {
                try (WinnowJob job = winnow.job("PurgeExecutions", "{\"endDate\": \"" + end + "\"}")) {
                    System.out.println(job.run());
                }
            }
        }
    }
}
