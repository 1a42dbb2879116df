import { createChat } from "poly-messaging-web";
import { converse } from "./conversation.js";

converse(createChat);
