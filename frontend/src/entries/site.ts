import "../styles/site.scss";
import { attachIslands } from "../islands.ts";

attachIslands(document);
